//! Converts orders in several currencies to euros, each at the rate of its own time: an as-of join. A rate is valid from
//! its time on, until the next one of its currency.
//!
//! ```text
//! $ cargo run --release --example orders_with_rates -- --orders examples/data/sales.csv \
//!     --rates examples/data/rates.csv --output -
//! 09:05  order 1001:  30.00 USD at 0.90 =  27.00 EUR
//! 09:20  order 1002:  12.50 GBP at 1.20 =  15.00 EUR
//! 09:59  order 1004:   8.00 USD at 0.90 =   7.20 EUR
//! 10:00  order 1006: 100.00 USD at 0.95 =  95.00 EUR
//! 10:30  order 1003:  30.00 USD at 0.95 =  28.50 EUR
//! 11:30  order 1008: 250.00 GBP at 1.20 = 300.00 EUR
//! 11:45  order 1007:  20.00 CHF at 1.05 =  21.00 EUR
//! 08:55  order 1005:  40.00 CHF, for which there was no rate yet
//! done in 0.01 s, 244 B read
//! ```
//!
//! Lines come in no particular order.

use beamline::clap::{self, Parser};
use beamline::prelude::*;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::process::ExitCode;

/// Converts orders to euros, each at the rate of its own time.
#[derive(Parser)]
struct Args {
    /// Lines `number,time,currency,amount`, with times of one day: a path, a pattern, or - for standard input
    #[arg(long, value_name = "FILE")]
    orders: PathBuf,
    /// Lines `time,currency,rate`: what a unit of the currency is worth in euros from then on
    #[arg(long, value_name = "FILE")]
    rates: PathBuf,
    /// How the names of the files to write begin, or - for standard output
    #[arg(long, value_name = "PREFIX")]
    output: PathBuf,
}

#[derive(Clone, Serialize, Deserialize)]
struct Order {
    number: u64,
    time: TimeOfDay,
    currency: String,
    amount: f64,
}

#[derive(Clone, Serialize, Deserialize)]
struct Rate {
    time: TimeOfDay,
    currency: String,
    euros: f64,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
struct TimeOfDay {
    hour: u8,
    minute: u8,
}

fn build(p: &Pipeline, args: Args) -> Result<(), BoxError> {
    let orders = p.read(text::read(&args.orders)).try_map(|line| parse_order(line)).named("ParseOrders").ok;
    let rates = p.read(text::read(&args.rates)).try_map(|line| parse_rate(line)).named("ParseRates").ok;

    let orders = orders.with_timestamps(|order| order.time.timestamp()).named("TimeOfOrder");
    let rates = rates.with_timestamps(|rate| rate.time.timestamp()).named("TimeOfRate");
    orders
        .key_by(|order| order.currency.clone())
        .as_of_join(&rates.key_by(|rate| rate.currency.clone()).map_values(|rate| rate.euros))
        .map(|(_, (order, rate))| show(&order, rate))
        .named("Convert")
        .write(text::write(&args.output));
    Ok(())
}

fn show(Order { number, time, currency, amount }: &Order, rate: Option<f64>) -> String {
    let order = format!("{:02}:{:02}  order {number}: {amount:6.2} {currency}", time.hour, time.minute);
    match rate {
        Some(rate) => format!("{order} at {rate:.2} = {:6.2} EUR", amount * rate),
        None => format!("{order}, for which there was no rate yet"),
    }
}

fn parse_order(line: &str) -> Result<Order, BoxError> {
    let [number, time, currency, amount] = fields(line)?;
    let (number, time, amount) = (number.parse()?, TimeOfDay::parse(time)?, amount.parse()?);
    Ok(Order { number, time, currency: currency.to_owned(), amount })
}

fn parse_rate(line: &str) -> Result<Rate, BoxError> {
    let [time, currency, euros] = fields(line)?;
    Ok(Rate { time: TimeOfDay::parse(time)?, currency: currency.to_owned(), euros: euros.parse()? })
}

fn fields<const N: usize>(line: &str) -> Result<[&str; N], BoxError> {
    let fields: Vec<_> = line.split(',').map(str::trim).collect();
    fields.try_into().map_err(|fields: Vec<_>| format!("{} fields where there should be {N}", fields.len()).into())
}

impl TimeOfDay {
    /// Reads a time such as `09:05`.
    fn parse(text: &str) -> Result<Self, BoxError> {
        let (hour, minute) = text.split_once(':').ok_or_else(|| format!("{text:?} is no time such as 09:05"))?;
        let time = Self { hour: hour.parse()?, minute: minute.parse()? };
        if time.hour < 24 && time.minute < 60 { Ok(time) } else { Err(format!("there is no time {text}").into()) }
    }

    /// The instant on the first day of the epoch: all that counts is which one is earlier.
    fn timestamp(self) -> Timestamp {
        Timestamp::from_millis((i64::from(self.hour) * 60 + i64::from(self.minute)) * 60_000)
    }
}

fn main() -> ExitCode {
    launch(build)
}
