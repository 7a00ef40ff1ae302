"""Say what the pipeline was told."""

import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--text")
print(parser.parse_args().text)
