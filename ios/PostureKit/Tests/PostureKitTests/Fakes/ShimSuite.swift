import Testing

/// The tests whose fakes are the shims: they share one scripted phone, so they run one after another.
@Suite(.serialized) enum ShimSuite {}
