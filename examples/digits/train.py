"""Train a small neural network on handwritten digits; log its accuracy after every epoch."""

import argparse
import warnings
from pathlib import Path

import joblib
import numpy as np
from azureml.core import Run
from sklearn.neural_network import MLPClassifier

parser = argparse.ArgumentParser()
parser.add_argument("--data-folder", required=True, help="where digits.npz lies")
parser.add_argument("--epochs", type=int, default=60)
parser.add_argument("--hidden-units", type=int, default=64)
parser.add_argument("--batch-size", type=int, default=16)
parser.add_argument("--learning-rate", type=float, default=0.01)
args = parser.parse_args()

data = np.load(Path(args.data_folder) / "digits.npz")
x_train, y_train, x_test, y_test = (data[name] for name in ("x_train", "y_train", "x_test", "y_test"))

run = Run.get_context()
network = MLPClassifier(
    hidden_layer_sizes=(args.hidden_units,),
    learning_rate_init=args.learning_rate,
    batch_size=args.batch_size,
    solver="sgd",
    random_state=0,
)
classes = np.unique(y_train)
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # a learning rate that is far too high overflows; its accuracy says enough
    for epoch in range(args.epochs):
        network.partial_fit(x_train, y_train, classes=classes)
        accuracy = float(network.score(x_test, y_test))
        run.log("accuracy", accuracy)
        print(f"epoch {epoch + 1}: accuracy {accuracy:.4f}")

Path("outputs").mkdir(exist_ok=True)
joblib.dump(network, "outputs/model.joblib")
