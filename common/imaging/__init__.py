"""Images from outside: checked by their header, decoded in a limited child process, re-encoded."""
