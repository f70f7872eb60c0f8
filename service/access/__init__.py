"""Who may do what: ``caller`` says who asks and what exists for them."""
