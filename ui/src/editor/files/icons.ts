// The icons of files in a text, by the same set as all others.

import Download from "@lucide/svelte/icons/download";
import File from "@lucide/svelte/icons/file";
import FileArchive from "@lucide/svelte/icons/file-archive";
import FileImage from "@lucide/svelte/icons/file-image";
import FileMusic from "@lucide/svelte/icons/file-music";
import FilePlay from "@lucide/svelte/icons/file-play";
import FileSpreadsheet from "@lucide/svelte/icons/file-spreadsheet";
import FileText from "@lucide/svelte/icons/file-text";
import { drawnOnce } from "../icons";

export const fileIcon = drawnOnce("sk-icon", {
  archive: FileArchive,
  film: FilePlay,
  other: File,
  picture: FileImage,
  save: Download,
  sound: FileMusic,
  table: FileSpreadsheet,
  text: FileText,
});
