"""Acts (上链操作): status changes and votes, from what somebody asks in our words to a contract call, and back into words."""
