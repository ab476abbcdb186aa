x = zeros(3)
print(x.shap)
