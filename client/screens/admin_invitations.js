// Invitations: which are out, what each gives, and ending one.
import { Badge } from "../components/badge.js";
import { Button } from "../components/button.js";
import { Card } from "../components/card.js";
import { Confirm } from "../components/confirm.js";
import { Empty } from "../components/empty.js";
import { Table } from "../components/table.js";
import { nameOf, revokeInvitation, useOrganisation } from "../lib/admin.js";
import { dateTime, relative } from "../lib/ago.js";
import { number } from "../lib/format.js";
import { html, useState } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { invitationState } from "../lib/invitation.js";
import { useNow } from "../lib/load.js";
import { usePages } from "../lib/pages.js";
import { Invite } from "./admin_invite.js";
import { Listing } from "./admin_parts.js";

const LOOK = { open: { tone: "good", icon: "check" }, used: { icon: "people" }, expired: { icon: "clock" }, revoked: { tone: "bad", icon: "cross" } };

const State = ({ state }) => html`<${Badge} ...${LOOK[state]}>${t(`invitation.${state}`)}<//>`;

function columnsFor({ sites, now, onRevoke }) {
  const role = (row) => html`<span class="person-text"><span>${t(`role.${row.role}`)}</span>${row.note && html`<span class="muted small wrap-anywhere"><bdi>${row.note}</bdi></span>`}</span>`;
  const uses = (row) => html`<span class="figures nowrap">${t("invitation.used_of", { used: number(row.used), uses: number(row.uses) })}</span>`;
  const until = (row) => html`<time datetime=${row.expires_at} title=${dateTime(row.expires_at)}>${relative(row.expires_at, now)}</time>`;
  const revoke = (row) => invitationState(row, now) === "open" && html`<${Button} kind="plain" aria-label=${t("invitation.revoke.named", { hint: row.hint })} onClick=${() => onRevoke(row)}>${t("invitation.revoke")}<//>`;
  return [
    { key: "role", label: t("people.role"), cell: role },
    { key: "hint", label: t("invitation.code"), cell: (row) => html`<code dir="ltr">${row.hint}</code>` },
    { key: "site", label: t("people.site"), cell: (row) => html`<bdi>${nameOf(sites, row.site_id) ?? "–"}</bdi>` },
    { key: "uses", label: t("invitation.uses"), cell: uses },
    { key: "until", label: t("invitation.ends"), cell: until },
    { key: "state", label: t("people.state"), cell: (row) => html`<${State} state=${invitationState(row, now)} />` },
    { key: "act", label: "", heading: html`<span class="visually-hidden">${t("actions")}</span>`, class: "cell-act", cell: revoke },
  ];
}

export function Invitations({ me }) {
  const pages = usePages("auth", "/api/v1/invitations", {});
  const organisation = useOrganisation(me);
  const now = useNow();
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState(null);
  const make = html`<${Button} icon="plus" onClick=${() => setMaking(true)}>${t("invitation.make")}<//>`;
  return html`<div class="stack"><div class="row tools">${make}</div>
    <${Listing} pages=${pages} empty=${html`<${Empty} icon="ticket" title=${t("invitation.none")}><p>${t("invitation.none.text")}</p><//>`}>
      <${Card} class="board-table"><${Table} cards caption=${t("invitation.caption")} rows=${pages.items ?? []} rowKey=${(row) => row.id}
        columns=${columnsFor({ sites: organisation.sites, now, onRevoke: setRevoking })} /><//><//>
    ${making && html`<${Invite} me=${me} organisation=${organisation} onMade=${pages.reload} onClose=${() => setMaking(false)} />`}
    ${revoking && html`<${Confirm} title=${t("invitation.revoke.ask")} text=${t("invitation.revoke.text", { hint: revoking.hint })} button=${t("invitation.revoke")} icon="cross"
      done=${t("invitation.revoke.done")} onConfirm=${() => revokeInvitation(revoking.id).finally(pages.reload)} onClose=${() => setRevoking(null)} />`}</div>`;
}
