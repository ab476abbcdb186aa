# Edges in a photograph: smoothed by a Gaussian, then Sobel's operator.
# With out=edges.npy the strengths are saved as uint8, scaled to 0 to 255.

import image

param sigma = 2.0
param out = ""

photo = load("examples/data/camera.npy")
smooth = image.gaussian_blur(photo, sigma)
edges = image.sobel(smooth)

print("photo ", photo.shape, photo.dtype, photo.min(), photo.max())
print(f"smooth {smooth.min():.4f} to {smooth.max():.4f}, mean {smooth.mean():.4f}")
print(f"edges  at most {edges.max():.4f}, mean {edges.mean():.4f}")
print("strong", int((edges > 100).sum()), "of", edges.size, "pixels")
print(image.shrink(edges, 128).round(2))

if out != "" { save(out, (edges * (255 / edges.max())).round().astype(uint8)) }
