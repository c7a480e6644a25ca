/** open, used, expired or revoked: the first that keeps anybody from using it. */
export function invitationState(invitation, now) {
  if (invitation.revoked_at) return "revoked";
  if (Date.parse(invitation.expires_at) <= now) return "expired";
  return invitation.used >= invitation.uses ? "used" : "open";
}
