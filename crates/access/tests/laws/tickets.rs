//! Laws of tickets: forgiving about form, strict about content, clear about what is wrong.

use crate::world::{World, invite_as};
use proptest::prelude::*;
use skein_access::{NewInvite, Role, Ticket, TicketError, Whereabouts};

fn ticket() -> Ticket {
    let new = NewInvite {
        found_at: Whereabouts {
            relays: vec!["/dns4/relay.example/tcp/443".to_owned()],
            addresses: vec![
                "/ip4/192.0.2.7/tcp/4001/p2p/12D3KooWexample".to_owned(),
                "/ip6/::1/udp/9/quic-v1".to_owned(),
            ],
        },
        ..invite_as(Role::Editor, 1)
    };
    World::new(1).invite_with(0, new)
}

#[test]
fn a_ticket_reads_back_as_written() {
    let ticket = ticket();
    assert_eq!(ticket.to_string().parse::<Ticket>().unwrap(), ticket);
    assert!(ticket.to_string().starts_with("skein1"));
}

#[test]
fn white_space_hyphens_capitals_and_the_link_are_forgiven() {
    let ticket = ticket();
    let text = ticket.to_string();
    let broken = format!(
        "\n  {} \r\n {}-{}\t",
        &text[..20],
        &text[20..50],
        &text[50..]
    );
    for form in [
        broken,
        text.to_uppercase(),
        ticket.link(),
        format!(" skein:{text} "),
        ticket.link().to_uppercase(),
    ] {
        assert_eq!(form.parse::<Ticket>().unwrap(), ticket, "{form}");
    }
}

#[test]
fn any_one_wrong_character_is_refused_with_a_word_about_it() {
    let text = ticket().to_string();
    for place in 0..text.len() {
        for other in ['a', 'q', '7', '0', '!', 'é'] {
            let mut chars: Vec<char> = text.chars().collect();
            if chars[place] == other {
                continue;
            }
            chars[place] = other;
            let error = chars
                .iter()
                .collect::<String>()
                .parse::<Ticket>()
                .unwrap_err();
            match error {
                TicketError::NotATicket => assert!(place < 6),
                TicketError::WrongCharacter(near) => assert_eq!(near, place + 1),
                TicketError::Mistyped | TicketError::CutOff { .. } => {}
                TicketError::Newer(_) => panic!("taken for a newer version at {place}"),
            }
        }
    }
}

#[test]
fn missing_doubled_and_exchanged_characters_are_refused() {
    let text = ticket().to_string();
    for place in 6..text.len() {
        let missing = format!("{}{}", &text[..place], &text[place + 1..]);
        assert!(missing.parse::<Ticket>().is_err());
        let doubled = format!("{}{}", &text[..place], &text[place - 1..]);
        assert!(doubled.parse::<Ticket>().is_err());
        let (a, b) = (&text[place - 1..place], &text[place..=place]);
        if place > 6 && a != b {
            let exchanged = format!("{}{b}{a}{}", &text[..place - 1], &text[place + 1..]);
            assert!(exchanged.parse::<Ticket>().is_err());
        }
    }
}

#[test]
fn a_ticket_that_was_cut_off_says_so() {
    let text = ticket().to_string();
    for end in 6..text.len() {
        let error = text[..end].parse::<Ticket>().unwrap_err();
        assert!(
            matches!(error, TicketError::CutOff { given, .. } if given == end),
            "{end}: {error}"
        );
    }
    let message = text[..40].parse::<Ticket>().unwrap_err().to_string();
    assert!(message.contains("cut off"), "{message}");
}

#[test]
fn a_newer_ticket_says_that_skein_must_be_updated() {
    let text = ticket().to_string();
    let mut bytes = skein_model::id::from_base32(&text[6..]).unwrap();
    bytes[0] = 2;
    let end = bytes.len() - 5;
    let check = blake3::derive_key("skein/1 ticket checksum", &bytes[..end]);
    bytes[end..].copy_from_slice(&check[..5]);
    let newer = format!("skein1{}", skein_model::id::to_base32(&bytes));
    assert_eq!(newer.parse::<Ticket>().unwrap_err(), TicketError::Newer(2));
}

#[test]
fn a_ticket_does_not_show_its_secret_in_debug_output() {
    let ticket = ticket();
    let shown = format!("{ticket:?}");
    assert!(shown.contains("secret") && shown.len() < 100, "{shown}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_refused_without_harm(text in "\\PC{0,300}", tail in "[a-z2-7]{0,400}") {
        prop_assert!(text.parse::<Ticket>().is_err());
        let begun = format!("skein1{tail}");
        prop_assert!(begun.parse::<Ticket>().is_err());
    }
}
