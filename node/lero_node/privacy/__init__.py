"""What makes an exact vector safe to send, and the account of what was spent."""
