//! In which order copies in flight may be delivered: a part of the instance, like the nodes.

/// What the network guarantees of the order of deliveries (interface, *FIFO channels*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Order {
    /// Nothing: any copies in flight, semantics §2.
    #[default]
    Any,
    /// Copies from one sender to one addressee arrive in the order sent; those of one step in any.
    Fifo,
}

impl Order {
    /// Both.
    pub const ALL: [Order; 2] = [Order::Any, Order::Fifo];

    /// As `--network` and reports name it.
    pub fn name(self) -> &'static str {
        match self {
            Order::Any => "any",
            Order::Fifo => "fifo",
        }
    }

    /// The order of this name.
    pub fn named(name: &str) -> Option<Order> {
        Order::ALL.into_iter().find(|order| order.name() == name)
    }
}
