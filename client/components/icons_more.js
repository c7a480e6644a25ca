// Icons of the screens that are fetched when somebody goes there.
import { addIcons } from "./icon.js";

addIcons({
  shield: "M12 3l7.5 2.800v5.700c0 4.500-3.100 7.700-7.5 9.500-4.400-1.800-7.500-5-7.500-9.500V5.800zM9 12l2.200 2.200L15.300 10",
  computer: "M4 5h16v11H4zM2.500 19.500h19",
  terminal: "M4 6l6 6-6 6M12 18h8",
  phone: "M8 3h8a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM11 18h2",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  download: "M12 4v12M7 11l5 5 5-5M4 20h16",
  print: "M7 9V3h10v6M7 17H4v-7h16v7h-3M7 14h10v7H7z",
  lock: "M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3",
  unlock: "M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 6.800-1.200",
  link: "M10 14a4 4 0 0 0 5.700 0l3.100-3.100a4 4 0 0 0-5.700-5.700L12 6.300M14 10a4 4 0 0 0-5.700 0l-3.100 3.100a4 4 0 0 0 5.700 5.700L12 17.700",
  ticket: "M4 6h16v4a2 2 0 0 0 0 4v4H4v-4a2 2 0 0 0 0-4zM14 6v3M14 11v2M14 15v3",
  list: "M9 6h11M9 12h11M9 18h11M4.500 6h.01M4.500 12h.01M4.500 18h.01",
  minus: "M5 12h14",
  undo: "M8 5L3.500 9.500 8 14M3.500 9.500H14a5.500 5.500 0 0 1 0 11H9",
  keypad: "M5 6a1 1 0 1 0 2 0a1 1 0 1 0-2 0M11 6a1 1 0 1 0 2 0a1 1 0 1 0-2 0M17 6a1 1 0 1 0 2 0a1 1 0 1 0-2 0M5 12a1 1 0 1 0 2 0a1 1 0 1 0-2 0M11 12a1 1 0 1 0 2 0a1 1 0 1 0-2 0M17 12a1 1 0 1 0 2 0a1 1 0 1 0-2 0M5 18a1 1 0 1 0 2 0a1 1 0 1 0-2 0M11 18a1 1 0 1 0 2 0a1 1 0 1 0-2 0M17 18a1 1 0 1 0 2 0a1 1 0 1 0-2 0",
  badge: "M5 4h14v16H5zM10 4v2h4V4M12 13a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM8.500 17a3.600 3.600 0 0 1 7 0",
  erase: "M9 6h11v12H9l-6-6zM11.500 9.500l5 5M16.500 9.500l-5 5",
  forward: "M5 12h14M13 6l6 6-6 6",
  expand: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  plus: "M12 5v14M5 12h14",
  trash: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v6M14 11v6",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l4.5 4.5",
  back: "M11 5l-7 7 7 7M4 12h16",
}, ["back", "list", "undo", "forward"]);
