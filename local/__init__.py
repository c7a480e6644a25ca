"""The one-command run: everything the product needs on one machine, started and watched."""
