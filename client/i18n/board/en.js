// English: the live board.
export default {
  "board.title": "Live board", "board.caption": "People, whether they are in or out, and since when", "board.of": { one: "in, of {n} person", other: "in, of {n} people" },
  "board.who": "Person", "board.state": "State", "board.since": "Since", "board.team": "Team", "board.place": "Place", "board.never": "no record yet",
  "board.show": "Show", "board.show.all": "All", "board.show.in": "In", "board.show.out": "Out", "board.search": "Find a person", "board.teams.all": "All teams",
  "board.empty": "Nobody to show yet", "board.empty.text": "People appear here once they are assigned to you.", "board.no_match": "Nobody matches", "board.no_match.text": "Change the filter or the name.",
  "event.title": "As it happens", "event.empty": "Quiet so far", "event.empty.text": "Every check-in appears here the moment it is recorded.", "event.person": "Person {id}",
  "event.made.in": "checked in", "event.made.out": "checked out", "event.decided.in": "check-in decided", "event.decided.out": "check-out decided",
  "event.refused.in": "tried to check in", "event.refused.out": "tried to check out", "event.voided": "record voided",
};
