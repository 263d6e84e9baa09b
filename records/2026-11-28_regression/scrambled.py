"""R squared of least squares on permuted targets, by scikit-learn, on the split that Shatter drew of diabetes.csv.

usage: scrambled.py diabetes.csv TEST_ROWS.json
"""

import json
import sys

import numpy as np
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import permutation_test_score

table = np.genfromtxt(sys.argv[1], delimiter=",", skip_header=1)
test = np.array(json.load(open(sys.argv[2])))
train = np.setdiff1d(np.arange(len(table)), test)
x, y = table[:, :-1], table[:, -1]
x = (x - x[train].mean(0)) / x[train].std(0)
model = LinearRegression()

# Both training and test targets are permuted together, as the function does.
score, permuted, p = permutation_test_score(
    model, x, y, scoring="r2", cv=[(train, test)], n_permutations=1000, random_state=0
)
print(f"permutation_test_score: R2 {score:.4f}, permuted {permuted.mean():.4f} +- {permuted.std():.4f}, p = {p:.4f}")

# Training targets alone, as Shatter does; answers are held to the true test targets.
rng = np.random.default_rng(0)
fitted, held, naive = [], [], []
for _ in range(1000):
    order = rng.permutation(train)
    fit = model.fit(x[train], y[order])
    fitted.append(fit.score(x[train], y[order]))
    answers = fit.predict(x[test])
    held.append(fit.score(x[test], y[test]))
    # What a test that permutes the test targets would say of this network, which knows nothing.
    at_least = sum(
        np.corrcoef(answers, rng.permutation(y[test]))[0, 1] >= np.corrcoef(answers, y[test])[0, 1]
        for _ in range(99)
    )
    naive.append((1 + at_least) / 100)
true = model.fit(x[train], y[train])
print(f"least squares, true targets: train R2 {true.score(x[train], y[train]):.4f}, test R2 {true.score(x[test], y[test]):.4f}")
print(f"permuted training targets: train R2 {np.mean(fitted):.4f} +- {np.std(fitted):.4f}, "
      f"test R2 on true targets {np.mean(held):.4f} +- {np.std(held):.4f}")
naive = np.array(naive)
print(f"networks that know nothing, by permuting test targets: p <= 0.01 in {np.mean(naive <= 0.01):.3f}, "
      f"p <= 0.05 in {np.mean(naive <= 0.05):.3f} of 1000")
