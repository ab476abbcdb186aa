help("brodcasting")
