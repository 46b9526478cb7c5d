//! Positions: between any two there is room, they stay short, and rubbish does no harm.

use proptest::prelude::*;
use skein_model::position::{between, between_for, readable};

proptest! {
    #[test]
    fn a_list_built_by_random_inserts_stays_in_order(slots in prop::collection::vec(any::<u16>(), 1..300)) {
        let mut list: Vec<String> = Vec::new();
        for (n, slot) in slots.iter().enumerate() {
            let at = usize::from(*slot) % (list.len() + 1);
            let before = at.checked_sub(1).map(|i| list[i].clone());
            let after = list.get(at).cloned();
            let made = if n % 2 == 0 {
                between(before.as_deref(), after.as_deref())
            } else {
                between_for(before.as_deref(), after.as_deref(), &n.to_be_bytes())
            };
            prop_assert_eq!(readable(&made), made.as_str());
            list.insert(at, made);
        }
        prop_assert!(list.windows(2).all(|pair| pair[0] < pair[1]), "{list:?}");
    }

    #[test]
    fn any_bounds_give_a_position(before in any::<Option<String>>(), after in any::<Option<String>>()) {
        let made = between_for(before.as_deref(), after.as_deref(), b"x");
        prop_assert_eq!(readable(&made), made.as_str());
    }
}

#[test]
fn adding_at_an_end_costs_no_length() {
    for at_the_end in [true, false] {
        let mut last = between(None, None);
        for n in 0..20_000u32 {
            let who = n.to_be_bytes();
            let made = match at_the_end {
                true => between_for(Some(&last), None, &who),
                false => between_for(None, Some(&last), &who),
            };
            assert_eq!(at_the_end, made > last);
            last = made;
        }
        assert!(last.len() <= 8, "{last}");
    }
}

#[test]
fn a_thousand_inserts_at_one_place_stay_short() {
    let (low, mut high) = (between(None, None), between(Some("a0"), None));
    for _ in 0..1_000 {
        let made = between(Some(&low), Some(&high));
        assert!(low < made && made < high);
        high = made;
    }
    assert!(high.len() < 250, "{}", high.len());
}

#[test]
fn bounds_without_room_give_a_place_behind_the_first() {
    assert!(between(Some("a5"), Some("a5")).as_str() > "a5");
    assert!(between(Some("a5"), Some("a1")).as_str() > "a5");
    assert_eq!(readable("no position!"), "a0");
    assert_eq!(
        readable("a50"),
        "a0",
        "a trailing zero would leave no room before it"
    );
}
