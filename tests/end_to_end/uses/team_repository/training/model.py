"""A module beside the script."""

from sklearn.linear_model import Ridge


def train_model(X, y, alpha, solver):
    return Ridge(alpha=alpha, solver=solver).fit(X, y)
