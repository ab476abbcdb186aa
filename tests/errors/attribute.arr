x = zeros((2, 3))
print(x.shap, x.length)
print(x.append(3))
