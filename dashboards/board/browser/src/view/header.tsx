/** The top of the board: whose it is, how I am, whether the line is good, and what concerns me. */
import type { Theme } from "../preferences";
import { Avatar } from "./avatar";
import { useScreen, useStore } from "./context";
import { CallButton } from "./dial_pad";
import { AutoThemeIcon, BellIcon, CheckIcon, ChevronIcon, ComfortableIcon, CompactIcon, KeyboardIcon, Mark, MoonIcon, SunIcon } from "./icons";
import { LineState } from "./line_state";
import { Menu } from "./menu";
import { PresenceControl } from "./presence_control";

export interface HeaderProps {
  readonly theme: Theme;
  readonly onHelp: () => void;
}

export function Header({ theme, onHelp }: HeaderProps) {
  return (
    <header className="top">
      <div className="brand">
        <Mark />
        <h1>Patchbay</h1>
      </div>
      <Company />
      <PresenceControl />
      <CallButton />
      <div className="top-end">
        <LineState />
        <NotifyButton />
        <button type="button" className="icon-button keys" aria-label="Keyboard shortcuts" title="Keyboard shortcuts (?)" onClick={onHelp}>
          <KeyboardIcon />
        </button>
        <DensityButton />
        <ThemeButton theme={theme} />
        <Person />
      </div>
    </header>
  );
}

function Company() {
  const store = useStore();
  const { me } = useScreen().board;
  if (!me) return null;
  if (me.tenants.length < 2) return <span className="company">{me.tenant.name}</span>;
  const items = me.tenants.map(({ id, name, role }) => ({
    key: id,
    label: <>{name}{id === me.tenant.id && <CheckIcon />}</>,
    detail: role,
    checked: id === me.tenant.id,
    onChoose: () => {
      if (id !== me.tenant.id) void store.switchTenant(id);
    },
  }));
  return <Menu name={`Company: ${me.tenant.name}`} className="company switch" face={<>{me.tenant.name}<ChevronIcon /></>} items={items} />;
}

const NEXT_THEME: Record<Theme, Theme> = { auto: "light", light: "dark", dark: "auto" };
const THEME_WORDS: Record<Theme, string> = { auto: "as the system", light: "light", dark: "dark" };
const THEME_ICONS: Record<Theme, () => React.ReactNode> = { auto: AutoThemeIcon, light: SunIcon, dark: MoonIcon };

function ThemeButton({ theme }: { theme: Theme }) {
  const store = useStore();
  const Icon = THEME_ICONS[theme];
  const words = `Colours: ${THEME_WORDS[theme]}. Change to ${THEME_WORDS[NEXT_THEME[theme]]}`;
  return (
    <button type="button" className="icon-button" aria-label={words} title={words} onClick={() => store.prefer({ theme: NEXT_THEME[theme] })}>
      <Icon />
    </button>
  );
}

function DensityButton() {
  const store = useStore();
  const { density } = useScreen().preferences;
  const next = density === "compact" ? "comfortable" : "compact";
  const words = `Spacing: ${density}. Change to ${next}`;
  return (
    <button type="button" className="icon-button density" aria-label={words} title={words} onClick={() => store.prefer({ density: next })}>
      {density === "compact" ? <CompactIcon /> : <ComfortableIcon />}
    </button>
  );
}

/** Only while the browser has not been asked: its answer is remembered by it. */
function NotifyButton() {
  const store = useStore();
  const { notifying } = useScreen();
  if (notifying !== "default") return null;
  const words = "Notify me of calls while I look elsewhere";
  return (
    <button type="button" className="icon-button notify" aria-label={words} title={words} onClick={() => store.notifyMe()}>
      <BellIcon />
    </button>
  );
}

/** Who reads the company's figures; the backend decides, this only spares others a way that is closed. */
const READS_STATISTICS: ReadonlySet<string> = new Set(["owner", "admin", "supervisor", "analyst"]);

function Person() {
  const store = useStore();
  const { me } = useScreen().board;
  if (!me) return null;
  const heading = (
    <div className="menu-heading">
      <strong>{me.person.name}</strong>
      <small>{me.person.email}</small>
      <small>{me.role} at {me.tenant.name}</small>
    </div>
  );
  const items = [
    ...(READS_STATISTICS.has(me.role) ? [{ key: "statistics", label: "Statistics", onChoose: () => window.open("/statistics", "patchbay-statistics") }] : []),
    { key: "sign-out", label: "Sign out", onChoose: () => void store.signOut() },
  ];
  return (
    <Menu name={me.person.name} className="person" align="end" heading={heading} items={items}
      face={<><Avatar name={me.person.name} /><span className="person-name">{me.person.name}</span><ChevronIcon /></>} />
  );
}
