//! Keys and values.

use crate::{Element, Key, PCollection};

impl<T: Element> PCollection<T> {
    /// Pairs every element with a key that is made of it.
    ///
    /// ```
    /// # use beamline_sdk::Pipeline;
    /// let p = Pipeline::new();
    /// let by_length = p.create(["a", "bcd"].map(str::to_owned)).key_by(|word| word.len());
    /// ```
    #[track_caller]
    pub fn key_by<K: Key>(&self, f: impl Fn(&T) -> K + Clone + Send + 'static) -> PCollection<(K, T)> {
        self.map_as("KeyBy", move |element| (f(&element), element))
    }
}

impl<K: Element, V: Element> PCollection<(K, V)> {
    /// The keys, once for each value.
    #[track_caller]
    pub fn keys(&self) -> PCollection<K> {
        self.rearrange("Keys", |(key, _)| key)
    }

    /// The values without their keys.
    #[track_caller]
    pub fn values(&self) -> PCollection<V> {
        self.rearrange("Values", |(_, value)| value)
    }

    /// Applies a function to every value; the keys stay.
    ///
    /// ```
    /// # use beamline_sdk::Pipeline;
    /// let p = Pipeline::new();
    /// let prices = p.create([("tea".to_owned(), 250u32)]);
    /// let euros = prices.map_values(|cents| f64::from(cents) / 100.0);
    /// ```
    #[track_caller]
    pub fn map_values<O: Element>(&self, f: impl Fn(V) -> O + Clone + Send + 'static) -> PCollection<(K, O)> {
        self.map_as("MapValues", move |(key, value)| (key, f(value)))
    }

    /// Keys become values and values keys.
    #[track_caller]
    pub fn swap(&self) -> PCollection<(V, K)> {
        self.rearrange("Swap", |(key, value)| (value, key))
    }
}
