//! Laws of short codes: forgiving about form; one code agrees, another learns nothing, and nothing passes that was changed.

use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use skein_access::code_exchange::{
    ExchangeError, InviterWaits, JoinerAsks, JoinerWaits, LONGEST_MESSAGE, Pair,
};
use skein_access::{Code, CodeError, DeviceId, NewInvite, Role, Ticket, Whereabouts};

use crate::world::{World, invite_as};

const TICKET: &str = "skein1 and what follows";

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

fn code(seed: u64) -> Code {
    Code::generate(&mut rng(seed))
}

fn pair(joiner: u8, inviter: u8) -> Pair {
    Pair {
        joiner: DeviceId::from_bytes([joiner; 32]),
        inviter: DeviceId::from_bytes([inviter; 32]),
    }
}

/// The four messages, each of which may be changed on its way. Gives what the joiner gets, or who noticed.
fn exchange(
    (joiners, inviters): (&Code, &Code),
    (joiner_says, inviter_says): (Pair, Pair),
    change: impl Fn(usize, &mut Vec<u8>),
) -> Result<String, (&'static str, ExchangeError)> {
    let by = |who: &'static str| move |error| (who, error);
    let mut rng = rng(7);
    let (asks, mut first) = JoinerAsks::begin(joiners, joiner_says, &mut rng);
    change(0, &mut first);
    let answered = InviterWaits::answer(inviters, inviter_says, &first, &mut rng);
    let (inviter, mut second) = answered.map_err(by("inviter"))?;
    change(1, &mut second);
    let (joiner, mut third): (JoinerWaits, _) = asks.answered(&second).map_err(by("joiner"))?;
    change(2, &mut third);
    let mut last = inviter
        .proved(&third, TICKET, &mut rng)
        .map_err(by("inviter"))?;
    change(3, &mut last);
    let text = joiner.received(&last).map_err(by("joiner"))?;
    Ok(text.to_string())
}

fn untouched(_: usize, _: &mut Vec<u8>) {}

#[test]
fn a_code_reads_back_as_shown_and_however_it_is_typed() {
    let code = code(1);
    let shown = code.to_string();
    assert_eq!(shown.len(), 9);
    let spaced: String = shown
        .chars()
        .flat_map(|char| [' ', char.to_ascii_lowercase()])
        .collect();
    for typed in [
        shown.clone(),
        shown.replace('-', ""),
        shown.replace('-', "–"),
        spaced,
        format!("  {shown}\n"),
    ] {
        assert!(typed.parse::<Code>().unwrap() == code, "{typed}");
    }
    let read = |text: &str| text.parse::<Code>().unwrap().to_string();
    assert_eq!(read("oil0-1olx"), "0110-101X");
}

#[test]
fn what_is_no_code_is_refused_with_a_word_about_it() {
    let refused = |text: &str| text.parse::<Code>().unwrap_err();
    assert_eq!(refused(""), CodeError::Length(0));
    assert_eq!(refused("K7QM-2XP"), CodeError::Length(7));
    assert_eq!(refused("K7QM-2XPDD"), CodeError::Length(9));
    assert_eq!(refused("K7QM-2XPU"), CodeError::Character('U'));
    assert_eq!(refused("K7QM-2XPÄ"), CodeError::Character('Ä'));
}

#[test]
fn every_symbol_comes_up_and_none_that_reads_like_another() {
    let mut rng = rng(2);
    let drawn: String = (0..200)
        .map(|_| Code::generate(&mut rng).to_string())
        .collect();
    assert!(drawn.chars().all(|char| !"ILOU".contains(char)));
    assert!(
        "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
            .chars()
            .all(|char| drawn.contains(char))
    );
}

#[test]
fn a_code_does_not_show_where_it_is_logged() {
    let code = code(3);
    assert!(!format!("{code:?}").contains(&code.to_string()));
}

#[test]
fn the_same_code_on_both_sides_hands_over_the_ticket() {
    let code = code(1);
    let both = (pair(1, 2), pair(1, 2));
    assert_eq!(exchange((&code, &code), both, untouched).unwrap(), TICKET);
}

#[test]
fn another_code_is_refused_at_the_joiners_proof_before_anything_is_handed_over() {
    let both = (pair(1, 2), pair(1, 2));
    assert_eq!(
        exchange((&code(1), &code(2)), both, untouched),
        Err(("inviter", ExchangeError::OtherCode))
    );
}

#[test]
fn a_joiner_does_not_take_a_ticket_from_one_who_has_another_code() {
    // One who skips the joiner's proof still cannot prove his own.
    let mut rng = rng(4);
    let (asks, first) = JoinerAsks::begin(&code(1), pair(1, 2), &mut rng);
    let (_, answer) = InviterWaits::answer(&code(2), pair(1, 2), &first, &mut rng).unwrap();
    let (waits, _) = asks.answered(&answer).unwrap();
    assert_eq!(
        waits.received(&[0; 120]).unwrap_err(),
        ExchangeError::OtherCode
    );
}

#[test]
fn an_exchange_is_bound_to_both_devices_and_to_who_is_who() {
    let code = code(1);
    for (joiner, inviter) in [
        (pair(1, 2), pair(3, 2)),
        (pair(1, 2), pair(1, 3)),
        (pair(1, 2), pair(2, 1)),
    ] {
        assert_eq!(
            exchange((&code, &code), (joiner, inviter), untouched),
            Err(("inviter", ExchangeError::OtherCode))
        );
    }
}

#[test]
fn what_a_side_said_cannot_be_said_back_to_it() {
    let mut rng = rng(5);
    let (asks, first) = JoinerAsks::begin(&code(1), pair(1, 2), &mut rng);
    assert_eq!(
        asks.answered(&first).err(),
        Some(ExchangeError::NotAMessage)
    );
}

#[test]
fn two_exchanges_of_one_code_have_nothing_in_common() {
    let mut rng = rng(6);
    let (_, one) = JoinerAsks::begin(&code(1), pair(1, 2), &mut rng);
    let (_, other) = JoinerAsks::begin(&code(1), pair(1, 2), &mut rng);
    assert_ne!(one, other);
}

#[test]
fn the_largest_ticket_fits_the_last_message() {
    let many = || vec!["x".repeat(255); 16];
    let new = NewInvite {
        found_at: Whereabouts {
            relays: many(),
            addresses: many(),
        },
        ..invite_as(Role::Editor, 1)
    };
    let text = World::new(1).invite_with(0, new).to_string();
    assert!(text.len() + 32 + 24 + 16 <= LONGEST_MESSAGE);
    assert!(text.parse::<Ticket>().is_ok());
}

proptest! {
    #[test]
    fn any_one_changed_byte_of_any_message_is_refused(message in 0_usize..4, place in any::<prop::sample::Index>(), flip in 1_u8..) {
        let code = code(1);
        let both = (pair(1, 2), pair(1, 2));
        let refused = exchange((&code, &code), both, |number, bytes| {
            if number == message {
                let place = place.index(bytes.len());
                bytes[place] ^= flip;
            }
        });
        prop_assert!(refused.is_err());
    }

    #[test]
    fn any_two_codes_that_differ_do_not_agree(one in any::<u64>(), other in any::<u64>()) {
        let (one, other) = (code(one), code(other));
        prop_assume!(one != other);
        let both = (pair(1, 2), pair(1, 2));
        prop_assert!(exchange((&one, &other), both, untouched).is_err());
    }

    #[test]
    fn any_bytes_in_place_of_any_message_are_refused_and_never_panic(message in 0_usize..4, bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let code = code(1);
        let both = (pair(1, 2), pair(1, 2));
        let refused = exchange((&code, &code), both, |number, said| {
            if number == message {
                said.clone_from(&bytes);
            }
        });
        prop_assert!(refused.is_err());
    }

    #[test]
    fn any_text_is_a_code_or_refused_and_what_is_one_is_shown_in_one_way(text in "[0-9A-Za-z \\-–ä]{0,12}|\\PC{0,20}") {
        if let Ok(code) = text.parse::<Code>() {
            let shown = code.to_string();
            prop_assert_eq!(shown.parse::<Code>().unwrap().to_string(), shown);
        }
    }
}
