"""A forest on the breast cancer data; writes into outputs/ without making it."""

import argparse

import joblib
from azureml.core.run import Run
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

run = Run.get_context()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--n_estimators", type=int, default=100)
    parser.add_argument("--max_depth", type=int, default=None)
    parser.add_argument("--max_features", type=float, default=1.0)
    parser.add_argument("--criterion", type=str, default="entropy")
    parser.add_argument("--verbose", action="store_true")
    args = parser.parse_args()
    assert args.n_estimators <= 10, "the sampled value comes last, and wins"

    run.log("Number of trees:", args.n_estimators)
    run.log("Max depth:", args.max_depth)
    x, y = load_breast_cancer(return_X_y=True)
    x_train, x_test, y_train, y_test = train_test_split(x, y, random_state=7)
    model = RandomForestClassifier(
        args.n_estimators,
        criterion=args.criterion,
        max_depth=args.max_depth,
        max_features=args.max_features,
        random_state=0,
    ).fit(x_train, y_train)
    run.log("Accuracy", float(model.score(x_test, y_test)))
    with open("outputs/notes.txt", "w") as f:
        f.write("trees: %d" % args.n_estimators)
    joblib.dump(model, "outputs/zz_model.joblib")


if __name__ == "__main__":
    main()
