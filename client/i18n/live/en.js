// English: the live camera check.
export default {
  "live.asked": "You will be asked to", "live.turn_left": "Turn your head to the left", "live.turn_right": "Turn your head to the right", "live.closer": "Come closer",
  "live.farther": "Move back", "live.begin": "I am ready", "live.why": "It shows that a living person is in front of the camera. It takes about four seconds.",
  "live.left": "Begin within {wait}.", "live.straight": "Look straight into the camera", "live.sent": "Thank you", "live.frames": "{n} of {most} pictures", "live.progress": "Pictures taken",
  "live.alternative": "I cannot turn my head", "live.other_way": "Does this not work for you? Ask your manager for another way to check in; it must not be held against you.",
  "live.again": "Begin again",
  "liveness.spoof_suspected": "The picture looked like a photo or a screen, not like a person.",
  "liveness.too_close_to_judge": "You were too close to the camera. Step back, so that more than the face is seen.", "liveness.too_few_frames": "There were too few pictures.",
  "liveness.challenge_failed": "The movement that was asked for was not seen.", "liveness.challenge_expired": "The time for the movement was over.",
  "liveness.replayed": "The same pictures had been sent before.", "liveness.frames_identical": "Nothing moved in the pictures.",
  "liveness.no_face": "In one picture there was no face. Stay before the camera.", "liveness.several_faces": "There was more than one person before the camera.",
  "err.challenge_expired": "The time for this is over.|Begin again; you will be asked for a new movement.",
};
