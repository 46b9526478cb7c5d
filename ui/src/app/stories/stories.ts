// Every view in every state that it can be in: how the engine comes to be in it, and what a person is told then.

import { beginning } from "./beginning";
import { beside } from "./beside";
import { documents } from "./documents";
import { finding } from "./finding";
import { keeping } from "./keeping";
import type { Stories } from "./kit";
import { people } from "./people";

export const STORIES: Stories = {
  ...finding,
  ...documents,
  ...beside,
  ...people,
  ...keeping,
  ...beginning,
};
