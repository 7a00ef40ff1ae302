"""Find inputs by argument, by the environment, and by run.input_datasets."""

import argparse
import os

import pandas as pd
from azureml.core import Dataset, Run
from sklearn.linear_model import Lasso
from sklearn.metrics import mean_squared_error

parser = argparse.ArgumentParser()
parser.add_argument("--columns", type=str)
parser.add_argument("--csv", type=str)
parser.add_argument("--table-id", type=str)
parser.add_argument("--alpha", type=float)
args = parser.parse_args()

run = Run.get_context()
ws = run.experiment.workspace
diabetes = run.input_datasets["diabetes"].to_pandas_dataframe()
by_id = Dataset.get_by_id(ws, id=args.table_id).to_pandas_dataframe()
whole = pd.read_csv(args.csv)  # a dataset of one file is that file
run.log("rows", len(whole))
run.log("same table", bool((diabetes == by_id).all().all()))
run.log("by environment", os.environ["columns"] == args.columns == run.input_datasets["columns"])

with open(os.path.join(os.environ["columns"], "columns.txt")) as f:
    columns = f.read().split()
model = Lasso(alpha=args.alpha).fit(diabetes[columns], diabetes["target"])
run.log("MSE", mean_squared_error(diabetes["target"], model.predict(diabetes[columns])))
