/** The board's own line icons, 20 by 20, drawn in the colour of the text around them. */
import type { ReactNode } from "react";

function Icon({ children, turn }: { children: ReactNode; turn?: number }) {
  return (
    <svg className="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" fill="none" stroke="currentColor"
      strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round">
      {turn ? <g transform={`rotate(${turn} 10 10)`}>{children}</g> : children}
    </svg>
  );
}

const HANDSET =
  "M6.4 2.9 8.3 6.6a1 1 0 0 1-.2 1.2L6.9 8.9a11 11 0 0 0 4.2 4.2l1.1-1.2a1 1 0 0 1 1.2-.2l3.7 1.9a1 1 0 0 1 .5 1.1l-.5 1.9a1.2 1.2 0 0 1-1.3.9C8.9 16.8 3.2 11.1 2.5 4.2a1.2 1.2 0 0 1 .9-1.3l1.9-.5a1 1 0 0 1 1.1.5Z";

export const PhoneIcon = () => <Icon><path d={HANDSET} /></Icon>;
export const HangUpIcon = () => <Icon turn={135}><path d={HANDSET} /></Icon>;
export const MicIcon = () => (
  <Icon><rect x="7.5" y="2.5" width="5" height="9" rx="2.5" /><path d="M4.5 9.5a5.5 5.5 0 0 0 11 0M10 15v2.5" /></Icon>
);
export const MicOffIcon = () => (
  <Icon><path d="M12.5 8V5a2.5 2.5 0 0 0-4.9-.7M7.5 7.5V9a2.5 2.5 0 0 0 3.9 2M4.5 9.5a5.5 5.5 0 0 0 8.7 4.5M15.4 10.5c.1-.3.1-.7.1-1M10 15v2.5M3 3l14 14" /></Icon>
);
export const ParkIcon = () => (
  <Icon><rect x="3" y="3" width="14" height="14" rx="3.5" /><path d="M8 14V6.5h2.7a2.3 2.3 0 0 1 0 4.7H8" /></Icon>
);
export const NoteIcon = () => <Icon><path d="M4 16h3l8.5-8.5-3-3L4 13v3ZM11 6l3 3" /></Icon>;
export const HoldIcon = () => <Icon><path d="M7.2 5v10M12.8 5v10" strokeWidth="2.2" /></Icon>;
export const ResumeIcon = () => <Icon><path d="M7 4.8v10.4l8.2-5.2L7 4.8Z" /></Icon>;
export const TeamIcon = () => (
  <Icon><circle cx="7.2" cy="7" r="2.7" /><path d="M2.2 16c.3-3 2.3-4.7 5-4.7s4.7 1.7 5 4.7M13 4.6a2.5 2.5 0 0 1 0 4.8M14.6 11.9c1.8.6 2.9 2 3.2 4.1" /></Icon>
);
export const TransferIcon = () => <Icon><path d="M3 7h12.5M12 3.5 15.5 7 12 10.5M17 13.5H4.5M8 10.5l-3.5 3 3.5 3" /></Icon>;
export const ConsultIcon = () => <Icon><path d="M3 4.5h9.5v6.2H7.2L4.4 13v-2.3H3V4.5ZM15 7.8h2v6.2h-1.3v2.2L13 14H8.5v-.8" /></Icon>;
export const AddIcon = () => <Icon><circle cx="8" cy="7" r="3.2" /><path d="M2.5 16.5c.5-3 2.7-4.7 5.5-4.7 1.2 0 2.3.3 3.2.9M14.8 11.5v5M12.3 14h5" /></Icon>;
export const ListenIcon = () => <Icon><path d="M3.5 12.5V10a6.5 6.5 0 0 1 13 0v2.5M3.5 11.5h2.6v5H5a1.5 1.5 0 0 1-1.5-1.5v-3.5ZM16.5 11.5h-2.6v5H15a1.5 1.5 0 0 0 1.5-1.5v-3.5Z" /></Icon>;
export const WhisperIcon = () => <Icon><path d="M3 4.5h9.5v6.7H7.2L4.4 13.5v-2.3H3V4.5ZM15 8.5l1.7 1.5L15 11.5M17 6.5l1.5 3.5-1.5 3.5" /></Icon>;
export const BargeIcon = () => <Icon><path d="M3 8v4h2.8L10 15.5v-11L5.8 8H3ZM13 7.5a3.6 3.6 0 0 1 0 5M15.3 5.2a6.8 6.8 0 0 1 0 9.6" /></Icon>;
export const HelpIcon = () => <Icon><circle cx="10" cy="10" r="6.8" /><circle cx="10" cy="10" r="2.8" /><path d="m5.2 5.2 2.8 2.8M14.8 5.2 12 8M5.2 14.8 8 12M14.8 14.8 12 12" /></Icon>;
export const MoreIcon = () => (
  <svg className="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" fill="currentColor">
    {[4.5, 10, 15.5].map((x) => <circle key={x} cx={x} cy="10" r="1.5" />)}
  </svg>
);
export const NewsIcon = () => <Icon><circle cx="10" cy="10" r="6.8" /><path d="M10 9.2v4M10 6.6h.01" /></Icon>;
export const ChevronIcon = () => <Icon><path d="m6 8 4 4 4-4" /></Icon>;
export const GripIcon = () => (
  <svg className="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" fill="currentColor">
    {[5.5, 10, 14.5].flatMap((y) => [7.5, 12.5].map((x) => <circle key={`${x} ${y}`} cx={x} cy={y} r="1.3" />))}
  </svg>
);
export const SunIcon = () => (
  <Icon><circle cx="10" cy="10" r="3.2" /><path d="M10 2.5v1.5M10 16v1.5M2.5 10H4M16 10h1.5M4.7 4.7l1 1M14.3 14.3l1 1M4.7 15.3l1-1M14.3 5.7l1-1" /></Icon>
);
export const MoonIcon = () => <Icon><path d="M16.5 11.8A7 7 0 0 1 8.2 3.5a6.8 6.8 0 1 0 8.3 8.3Z" /></Icon>;
export const AutoThemeIcon = () => <Icon><circle cx="10" cy="10" r="6.8" /><path d="M10 3.2a6.8 6.8 0 0 1 0 13.6Z" fill="currentColor" /></Icon>;
export const KeyboardIcon = () => <Icon><rect x="2.5" y="5" width="15" height="10" rx="2" /><path d="M5.5 8h.01M8.5 8h.01M11.5 8h.01M14.5 8h.01M6.5 12h7" /></Icon>;
export const CloseIcon = () => <Icon><path d="m5.5 5.5 9 9M14.5 5.5l-9 9" /></Icon>;
export const CheckIcon = () => <Icon><path d="m4.5 10.5 3.5 3.5 7.5-8" /></Icon>;
export const WarningIcon = () => <Icon><path d="M10 3.2 17.5 16h-15L10 3.2ZM10 8.2v3.6M10 14h.01" /></Icon>;
export const InIcon = () => <Icon><path d="M15 5 5.5 14.5M5.5 8v6.5H12" /></Icon>;
export const OutIcon = () => <Icon><path d="M5 15 14.5 5.5M14.5 12V5.5H8" /></Icon>;
export const OutsideIcon = () => <Icon><circle cx="10" cy="10" r="6.8" /><path d="M3.4 10h13.2M10 3.2c2.2 2 2.9 4.2 2.9 6.8s-.7 4.8-2.9 6.8c-2.2-2-2.9-4.2-2.9-6.8s.7-4.8 2.9-6.8Z" /></Icon>;
export const BackspaceIcon = () => <Icon><path d="M7 5h9.5v10H7l-4.5-5L7 5ZM9.5 8l4 4M13.5 8l-4 4" /></Icon>;
export const BellIcon = () => <Icon><path d="M5.5 13.5V9a4.5 4.5 0 0 1 9 0v4.5l1.2 1.2H4.3l1.2-1.2ZM8.5 17h3" /></Icon>;
export const SilentIcon = () => <Icon><path d="M6.2 6.6A4.5 4.5 0 0 0 5.5 9v4.5l-1.2 1.2h10.4M8 5a4.5 4.5 0 0 1 6.5 4v3M8.5 17h3M3 3l14 14" /></Icon>;
export const ComfortableIcon = () => <Icon><path d="M3.5 5h13M3.5 10h13M3.5 15h13" /></Icon>;
export const CompactIcon = () => <Icon><path d="M3.5 4h13M3.5 7h13M3.5 10h13M3.5 13h13M3.5 16h13" strokeWidth="1.3" /></Icon>;
export const KeypadIcon = () => (
  <svg className="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" fill="currentColor">
    {[4.5, 10, 15.5].flatMap((y) => [4.5, 10, 15.5].map((x) => <circle key={`${x} ${y}`} cx={x} cy={y} r="1.5" />))}
  </svg>
);
export const MissedIcon = () => <Icon><path d="m4 6 6 6 6-6M4 10.5V6h4.5" /></Icon>;
export const HistoryIcon = () => <Icon><path d="M3.2 10a6.8 6.8 0 1 0 2-4.8L3 7.4M3 3.5v3.9h3.9M10 6.5V10l2.5 1.6" /></Icon>;
export const TabIcon = () => <Icon><rect x="2.5" y="4" width="15" height="12" rx="2" /><path d="M2.5 8h15M8.5 4v4" /></Icon>;

/** The product's mark: two jacks and the cord that joins them. */
export const Mark = () => (
  <svg className="mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
    <rect width="32" height="32" rx="8" fill="var(--accent-fill)" />
    <path d="M10.5 13.4v3.1a5.5 5.5 0 0 0 11 0v-1" fill="none" stroke="var(--on-accent)" strokeWidth="2.6" strokeLinecap="round" />
    <circle cx="10.5" cy="10" r="3.4" fill="none" stroke="var(--on-accent)" strokeWidth="2.2" />
    <circle cx="21.5" cy="12" r="3.4" fill="none" stroke="var(--on-accent)" strokeWidth="2.2" />
  </svg>
);
