//! Joins orders with their customers; what cannot be joined goes to a file of its own, with the reason.
//!
//! ```text
//! $ cargo run --release --example join_orders -- --orders examples/data/orders.csv \
//!     --customers examples/data/customers.csv --output joined --dead-letters rejected.txt
//! done in 0.01 s, 239 B read
//! $ cat joined-*
//! 1001,Ada Moreau,Lyon,24.90
//! 1002,Carla Neri,Turin,7.50
//! 1003,Ada Moreau,Lyon,112.00
//! 1005,Bela Szabo,Pecs,5.00
//! 1006,Ewa Lis,Gdynia,64.35
//! 1010,Bela Szabo,Pecs,48.75
//! $ cat rejected.txt
//! 1007,c03,twelve: invalid float literal
//! 1009,,9.99: 2 fields where there should be 3
//! c04,Dimitri Vos: 2 fields where there should be 3
//! order 1004: there is no customer c09
//! order 1008: there is no customer c04
//! ```
//!
//! Lines come in no particular order.

use beamline::clap::{self, Parser};
use beamline::prelude::*;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::process::ExitCode;

/// Joins orders with their customers.
#[derive(Parser)]
struct Args {
    /// Lines `number,customer,amount`: a path, a pattern such as 'orders/*.gz', or - for standard input
    #[arg(long, value_name = "FILE")]
    orders: PathBuf,
    /// Lines `customer,name,town`
    #[arg(long, value_name = "FILE")]
    customers: PathBuf,
    /// How the names of the files to write begin, or - for standard output
    #[arg(long, value_name = "PREFIX")]
    output: PathBuf,
    /// The file for lines that are malformed, and for orders whose customer is not known
    #[arg(long, value_name = "FILE")]
    dead_letters: PathBuf,
}

#[derive(Clone, Serialize, Deserialize)]
struct Order {
    number: u64,
    customer: String,
    amount: f64,
}

#[derive(Clone, Serialize, Deserialize)]
struct Customer {
    id: String,
    name: String,
    town: String,
}

fn build(p: &Pipeline, args: Args) -> Result<(), BoxError> {
    let orders = p.read(text::read(&args.orders)).try_map(|line| parse_order(line)).named("ParseOrders");
    let customers = p.read(text::read(&args.customers)).try_map(|line| parse_customer(line)).named("ParseCustomers");

    let joined = orders
        .ok
        .key_by(|order| order.customer.clone())
        .left_join(&customers.ok.key_by(|customer| customer.id.clone()))
        .values()
        .try_map(|(order, customer)| match customer {
            Some(Customer { name, town, .. }) => Ok(format!("{},{name},{town},{:.2}", order.number, order.amount)),
            None => Err(format!("there is no customer {}", order.customer)),
        })
        .named("RequireCustomer");
    joined.ok.write(text::write(&args.output));

    let rejected = [
        orders.failed.map(|failure| reject(&failure.error, &failure.element)),
        customers.failed.map(|failure| reject(&failure.error, &failure.element)),
        joined.failed.map(|failure| reject(&failure.error, &format!("order {}", failure.element.0.number))),
    ];
    p.flatten(&rejected).write(text::write(&args.dead_letters).single_file());
    Ok(())
}

fn parse_order(line: &str) -> Result<Order, BoxError> {
    let [number, customer, amount] = fields(line)?;
    Ok(Order { number: number.parse()?, customer, amount: amount.parse()? })
}

fn parse_customer(line: &str) -> Result<Customer, BoxError> {
    let [id, name, town] = fields(line)?;
    Ok(Customer { id, name, town })
}

/// Three fields that are not empty.
fn fields(line: &str) -> Result<[String; 3], BoxError> {
    let fields: Vec<_> = line.split(',').map(str::trim).filter(|field| !field.is_empty()).map(str::to_owned).collect();
    fields.try_into().map_err(|fields: Vec<_>| format!("{} fields where there should be 3", fields.len()).into())
}

fn reject(reason: &str, what: &str) -> String {
    format!("{what}: {reason}")
}

fn main() -> ExitCode {
    launch(build)
}
