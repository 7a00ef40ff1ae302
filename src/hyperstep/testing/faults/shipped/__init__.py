"""What is tried when the user names nothing: training scripts that write down outside what they did, and their drivers."""
