"""What is tried when the user names nothing: a training script that writes down outside what it did, and drivers."""
