"""Generated from the .proto files beside it by protos/generate.py. Do not edit."""
