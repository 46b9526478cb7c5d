//! A small world for the tests: devices that each know some of the operations, and pass them on.

use std::collections::BTreeMap;

use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use skein_access::{
    Action, Authority, Chain, DeviceId, DeviceKey, Envelope, EnvelopeId, Keyring, MemberId,
    NewInvite, Operation, Role, Stamp, Ticket, Whereabouts, WorkspaceId, create_invite,
    create_workspace, join, remove_member, revoke_invite, rotate, set_role,
};

pub(crate) const HOUR: u32 = 498_000;

pub(crate) struct Device {
    pub(crate) key: DeviceKey,
    pub(crate) chain: Chain,
    pub(crate) known: BTreeMap<EnvelopeId, Envelope>,
    pub(crate) authority: Authority,
}

impl Device {
    pub(crate) fn id(&self) -> DeviceId {
        self.key.id()
    }

    pub(crate) fn keyring(&self) -> Keyring {
        self.authority.keyring(&self.key)
    }

    pub(crate) fn learn(&mut self, envelope: &Envelope) {
        self.known.insert(envelope.id(), envelope.clone());
        self.authority.insert(envelope);
    }
}

pub(crate) struct World {
    pub(crate) rng: ChaCha20Rng,
    pub(crate) workspace: WorkspaceId,
    pub(crate) devices: Vec<Device>,
    pub(crate) all: Vec<Envelope>,
}

pub(crate) fn invite_as(role: Role, uses: u32) -> NewInvite {
    NewInvite {
        role,
        uses,
        expires_hour: None,
        approval: false,
        for_member: None,
        label: None,
        found_at: Whereabouts {
            relays: Vec::new(),
            addresses: vec!["/ip4/192.0.2.7/tcp/4001".to_owned()],
        },
    }
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let key = DeviceKey::generate(&mut rng);
        let founded = create_workspace(&key, "Ana", "Geese", HOUR, &mut rng).unwrap();
        let mut world = Self {
            rng,
            workspace: founded.workspace,
            devices: Vec::new(),
            all: founded.envelopes.clone(),
        };
        world.devices.push(Device {
            key,
            chain: founded.chain,
            known: BTreeMap::new(),
            authority: Authority::build(founded.workspace, []),
        });
        for envelope in &founded.envelopes {
            world.devices[0].learn(envelope);
        }
        world
    }

    /// A founder, and others who joined with these roles; everybody knows everything.
    pub(crate) fn with(seed: u64, roles: &[Role]) -> Self {
        let mut world = Self::new(seed);
        for (number, role) in roles.iter().enumerate() {
            let ticket = world.invite(0, *role, 1);
            world.join(&ticket, 0, &format!("Member {number}"));
            world.share_all();
        }
        world
    }

    pub(crate) fn stamp(&self, device: usize) -> Stamp {
        Stamp {
            workspace: self.workspace,
            hour: HOUR,
            chain: self.devices[device].chain,
        }
    }

    pub(crate) fn publish(&mut self, device: usize, envelope: Envelope) -> EnvelopeId {
        let id = envelope.id();
        self.devices[device].chain = envelope.next();
        self.devices[device].learn(&envelope);
        self.all.push(envelope);
        id
    }

    /// Signs and publishes an action as it is, allowed or not.
    pub(crate) fn say(&mut self, device: usize, action: Action) -> EnvelopeId {
        let parents = self.devices[device].authority.heads().to_vec();
        self.say_after(device, parents, action)
    }

    pub(crate) fn say_after(
        &mut self,
        device: usize,
        parents: Vec<EnvelopeId>,
        action: Action,
    ) -> EnvelopeId {
        let operation = Operation { parents, action };
        let envelope = operation
            .sign(&self.devices[device].key, &self.stamp(device))
            .unwrap();
        self.publish(device, envelope)
    }

    pub(crate) fn tell(&mut self, from: usize, to: usize) {
        let known = self.devices[from].known.clone();
        let device = &mut self.devices[to];
        device.authority.insert_all(known.values());
        device.known.extend(known);
    }

    pub(crate) fn share_all(&mut self) {
        let all = self.all.clone();
        for device in &mut self.devices {
            device.authority.insert_all(&all);
            device
                .known
                .extend(all.iter().map(|envelope| (envelope.id(), envelope.clone())));
        }
    }

    pub(crate) fn invite(&mut self, by: usize, role: Role, uses: u32) -> Ticket {
        self.invite_with(by, invite_as(role, uses))
    }

    pub(crate) fn invite_with(&mut self, by: usize, new: NewInvite) -> Ticket {
        let stamp = self.stamp(by);
        let device = &self.devices[by];
        let permit = device.authority.admin(&device.id()).unwrap();
        let keyring = device.keyring();
        let (ticket, envelope) =
            create_invite(&permit, &device.key, &keyring, &stamp, new, &mut self.rng).unwrap();
        self.publish(by, envelope);
        ticket
    }

    /// A new device that knows nothing yet.
    pub(crate) fn stranger(&mut self) -> usize {
        let key = DeviceKey::generate(&mut self.rng);
        let authority = Authority::build(self.workspace, []);
        self.devices.push(Device {
            key,
            chain: Chain::START,
            known: BTreeMap::new(),
            authority,
        });
        self.devices.len() - 1
    }

    /// A new device joins with what device `from` knows.
    pub(crate) fn join(&mut self, ticket: &Ticket, from: usize, name: &str) -> usize {
        let new = self.stranger();
        self.tell(from, new);
        let stamp = self.stamp(new);
        let device = &self.devices[new];
        let envelope = join(
            ticket,
            &device.authority,
            &device.key,
            Some(name),
            &stamp,
            &mut self.rng,
        )
        .unwrap();
        self.publish(new, envelope);
        new
    }

    pub(crate) fn rotate(&mut self, by: usize) -> EnvelopeId {
        let stamp = self.stamp(by);
        let device = &self.devices[by];
        let keyring = device.keyring();
        let envelope = rotate(
            &device.authority,
            &device.key,
            &keyring,
            &stamp,
            &mut self.rng,
        )
        .unwrap();
        self.publish(by, envelope)
    }

    pub(crate) fn member(&self, device: usize) -> MemberId {
        let id = self.devices[device].id();
        self.authority().member_of(&id).unwrap()
    }

    pub(crate) fn remove(&mut self, by: usize, whom: usize, last: u64) -> EnvelopeId {
        let stamp = self.stamp(by);
        let gone = self.devices[whom].id();
        let device = &self.devices[by];
        let member = device.authority.member_of(&gone).unwrap();
        let permit = device.authority.admin(&device.id()).unwrap();
        let last = BTreeMap::from([(gone, last)]);
        let envelope = remove_member(&permit, &device.key, &stamp, &member, &last).unwrap();
        self.publish(by, envelope)
    }

    pub(crate) fn set_role(&mut self, by: usize, whom: usize, role: Role, last: u64) -> EnvelopeId {
        let stamp = self.stamp(by);
        let concerned = self.devices[whom].id();
        let device = &self.devices[by];
        let member = device.authority.member_of(&concerned).unwrap();
        let permit = device.authority.admin(&device.id()).unwrap();
        let last = BTreeMap::from([(concerned, last)]);
        let envelope = set_role(&permit, &device.key, &stamp, &member, role, &last).unwrap();
        self.publish(by, envelope)
    }

    pub(crate) fn revoke(&mut self, by: usize, invite: &EnvelopeId) -> EnvelopeId {
        let stamp = self.stamp(by);
        let device = &self.devices[by];
        let envelope = revoke_invite(&device.authority, &device.key, &stamp, invite).unwrap();
        self.publish(by, envelope)
    }

    /// The authority over everything that was ever said.
    pub(crate) fn authority(&self) -> Authority {
        Authority::build(self.workspace, &self.all)
    }

    pub(crate) fn role(&self, device: usize) -> Option<Role> {
        self.authority().role_of(&self.devices[device].id())
    }
}
