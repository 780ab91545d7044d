"""The service: takes events in, anchors batches, issues certificates and answers for them."""
