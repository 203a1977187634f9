/** Values of `target_session_attrs` that one server can satisfy or not. */
export type SessionTarget = 'any' | 'read-write' | 'read-only' | 'primary' | 'standby';

/** The settings that decide what a session may do. PostgreSQL reports them when a connection opens. */
const REPORTED = ['in_hot_standby', 'default_transaction_read_only'] as const;

/** Thrown if a server responds but is not one that `target_session_attrs` asks for. */
export class WrongSessionTarget extends Error {
  override readonly name = 'WrongSessionTarget';
}

/** The settings that a server has reported while a connection to it opened. */
export class SessionState {
  private readonly settings = new Map<string, boolean>();

  record(name: string, value: string): void {
    if (REPORTED.some((each) => each === name)) this.settings.set(name, value === 'on');
  }

  /** Why the session is not the one that is wanted; undefined if it is. */
  problem(target: SessionTarget): WrongSessionTarget | undefined {
    if (target === 'any') return undefined;
    const [isStandby, isReadOnly] = REPORTED.map((name) => this.settings.get(name));
    if (isStandby === undefined || isReadOnly === undefined)
      return new WrongSessionTarget(`does not report ${REPORTED.join(' and ')}, as PostgreSQL 14 and newer do`);
    if (target === 'primary' && isStandby) return new WrongSessionTarget('is a standby');
    if (target === 'standby' && !isStandby) return new WrongSessionTarget('is not a standby');
    if (target === 'read-write' && (isStandby || isReadOnly)) return new WrongSessionTarget('is read-only');
    if (target === 'read-only' && !isStandby && !isReadOnly) return new WrongSessionTarget('accepts writes');
    return undefined;
  }
}
