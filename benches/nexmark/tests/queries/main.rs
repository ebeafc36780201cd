//! Each query against a slow and obvious way to answer it.

mod agreement;
mod by_hand;
mod clock;
mod files;
mod reference;

use agreement::agree;
use beamline_nexmark::queries::{
    q00, q01, q02, q03, q04, q05, q06, q07, q08, q09, q11, q12, q13, q14, q15, q16, q17, q18, q19, q20, q21, q22,
};
use reference::{auctions, days, each, joins, users, windows};

macro_rules! queries {
    ($($name:ident: $query:path, $reference:path;)+) => { $(
        #[test]
        fn $name() {
            agree($query, $reference);
        }
    )+ };
}

queries! {
    q0_pass_through: q00::pass_through, each::pass_through;
    q1_currency_conversion: q01::currency_conversion, each::currency_conversion;
    q2_selection: q02::selection, each::selection;
    q3_local_item_suggestion: q03::local_item_suggestion, joins::local_item_suggestion;
    q4_average_price_for_category: q04::average_price_for_category, auctions::average_price_for_category;
    q5_hot_items: q05::hot_items, windows::hot_items;
    q6_average_selling_price: q06::average_selling_price, auctions::average_selling_price;
    q7_highest_bid: q07::highest_bid, windows::highest_bid;
    q8_monitor_new_users: q08::monitor_new_users, joins::monitor_new_users;
    q9_winning_bids: q09::winning_bids, auctions::winning_bids;
    q11_user_sessions: q11::user_sessions, users::user_sessions;
    q12_processing_time_windows: q12::processing_time_windows, users::bids_of_all_time;
    q13_side_input_join: q13::side_input_join, each::side_input_join;
    q14_calculation: q14::calculation, each::calculation;
    q15_bidding_statistics: q15::bidding_statistics, days::bidding_statistics;
    q16_channel_statistics: q16::channel_statistics, days::channel_statistics;
    q17_auction_statistics: q17::auction_statistics, days::auction_statistics;
    q18_last_bid: q18::last_bid, days::last_bid;
    q19_auction_top_ten: q19::auction_top_ten, days::auction_top_ten;
    q20_expand_bid: q20::expand_bid, joins::expand_bid;
    q21_add_channel_id: q21::add_channel_id, each::add_channel_id;
    q22_url_directories: q22::url_directories, each::url_directories;
}
