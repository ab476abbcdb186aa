from stats import covv
