// English: words of forms and lists.
export default {
  "cancel": "Cancel", "save": "Save", "saved": "Saved", "next": "Next", "more": "Show more", "optional": "Optional", "yes": "yes", "no": "no", "actions": "Actions", "reason": "Reason", "reason.hint": "Kept with the decision. Optional.",
};
