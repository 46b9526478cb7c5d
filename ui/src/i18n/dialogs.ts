// The words of what is opened rarely: whoever shows them imports this, so that the first frame does without.

import english from "./en.dialogs.json";
import { learn } from "./index";

learn(english);
