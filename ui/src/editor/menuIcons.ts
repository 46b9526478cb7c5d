// The icons of the editor's menus and bars, by the same set as all others.

import AtSign from "@lucide/svelte/icons/at-sign";
import Bold from "@lucide/svelte/icons/bold";
import Calendar from "@lucide/svelte/icons/calendar-days";
import CircleAlert from "@lucide/svelte/icons/circle-alert";
import CircleQuestionMark from "@lucide/svelte/icons/circle-question-mark";
import Clock from "@lucide/svelte/icons/clock";
import Code from "@lucide/svelte/icons/code";
import Ellipsis from "@lucide/svelte/icons/ellipsis-vertical";
import FilePlus from "@lucide/svelte/icons/file-plus";
import FileText from "@lucide/svelte/icons/file-text";
import Hash from "@lucide/svelte/icons/hash";
import Heading from "@lucide/svelte/icons/heading";
import Heading1 from "@lucide/svelte/icons/heading-1";
import Heading2 from "@lucide/svelte/icons/heading-2";
import Heading3 from "@lucide/svelte/icons/heading-3";
import Info from "@lucide/svelte/icons/info";
import Italic from "@lucide/svelte/icons/italic";
import Lightbulb from "@lucide/svelte/icons/lightbulb";
import Link from "@lucide/svelte/icons/link";
import List from "@lucide/svelte/icons/list";
import ListOrdered from "@lucide/svelte/icons/list-ordered";
import ListTodo from "@lucide/svelte/icons/list-todo";
import Minus from "@lucide/svelte/icons/minus";
import Paperclip from "@lucide/svelte/icons/paperclip";
import SquareCode from "@lucide/svelte/icons/square-code";
import SquareKanban from "@lucide/svelte/icons/square-kanban";
import Strikethrough from "@lucide/svelte/icons/strikethrough";
import Table from "@lucide/svelte/icons/table";
import TextQuote from "@lucide/svelte/icons/text-quote";
import TriangleAlert from "@lucide/svelte/icons/triangle-alert";
import User from "@lucide/svelte/icons/user";
import { drawnOnce } from "./icons";

const icons = {
  at: AtSign,
  board: SquareKanban,
  bold: Bold,
  bullet: List,
  code: Code,
  date: Calendar,
  fence: SquareCode,
  file: Paperclip,
  h1: Heading1,
  h2: Heading2,
  h3: Heading3,
  heading: Heading,
  important: CircleAlert,
  italic: Italic,
  link: Link,
  more: Ellipsis,
  new: FilePlus,
  note: FileText,
  info: Info,
  ordered: ListOrdered,
  person: User,
  question: CircleQuestionMark,
  quote: TextQuote,
  rule: Minus,
  strike: Strikethrough,
  table: Table,
  tag: Hash,
  task: ListTodo,
  time: Clock,
  tip: Lightbulb,
  warning: TriangleAlert,
};

export type MenuIcon = keyof typeof icons;

export const menuIcon = drawnOnce("sk-menu-icon", icons);
