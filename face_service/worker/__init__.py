"""Workers: processes that take jobs from the queue and deliver what came of them."""
