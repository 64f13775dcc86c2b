/// The load client that proves swaps: it counts every request that a change of a host costs.
///
/// Its classes use the JDK only and are started from their sources, by tests and scripts alike.
package dev.underway.testing.load;
