//! The errors of the compiler that users are likely to meet.

#[test]
fn texts() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
