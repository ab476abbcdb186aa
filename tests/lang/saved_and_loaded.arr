# test: directory
# test: no-numpy
# What a script saves is known when it loads it, however the path is written.
param directory = "."
x = arange(6.0).reshape(2, 3)
save(f"{directory}/new_a.npz", x, name="t")
print(load(f"{directory}/./new_a.npz", name="t").sum(axis=0))
save(f"{directory}/new_a.npz", x * 2, name="u")
print(load(f"{directory}/new_a.npz", name="u")[1], load(f"{directory}//new_a.npz", name="t")[1])
save(f"{directory}/new_1.npy", x)
save(f"{directory}/new_2.npy", x + 1)
print(load(f"{directory}/new_[0-9].npy").shape, load(f"{directory}/new_*.npy", along=1)[0])
save(f"{directory}/new_b.npz", x, name="inner")
print(load(f"{directory}/new_b.npz", name="inner").sum())
