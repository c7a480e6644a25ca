"""What tests of several services share: real servers, made for the test run and thrown away."""
