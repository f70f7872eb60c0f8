"""What stands around an article on a web page, recognised a line at a time by its shape and its marker words.

Three strengths, because hiding a sentence from search is worse than showing a share button: ``is_unmistakable`` lines
are furniture wherever they stand; ``is_likely`` ones only on a page that has unmistakable ones, outside its prose;
``is_notice`` paragraphs (legal notes, cookie notes, prompts) only around the prose of such a page. Which of these
holds is decided in ``web``; no rule knows a site or a document. The marker words are English.
"""

from __future__ import annotations

import re

_LONGEST_LINE = 200  # characters; what is longer is a paragraph
_LONGEST_LABEL = 8  # words; with a full stop at its end, what is longer is a sentence
_TRAILING = " .…:»›→>"
_LINK = re.compile(r"\[([^\[\]]*)\]\(([^()\s]*)\)")
_NETWORK = (
    r"(?:facebook|twitter|x|whats ?app|linked ?in|telegram|pinterest|reddit|instagram|youtube|tumblr|flipboard"
    r"|e-?mail)"
)
_SHARE_WORD = r"(?:share|tweet|print|pin it|copy link|more|comments?|save|\d+)"
_LISTED = r"(?:news|stories|articles|posts|headlines|videos|topics|content|reading|coverage|links)"
_MENU_WORD = (
    r"(?:home|news|world|politics|sports?|opinion|business|contact(?: us)?|about(?: us)?|privacy(?: policy)?|menu"
    r"|search|terms(?: of (?:use|service))?|cookies?(?: policy)?|advertise|subscribe|log ?in|sign in|culture|science"
    r"|tech(?:nology)?)"
)
_LABEL_ALONE = re.compile(r"\W*(?:[\w -]{1,30}:)?\W*")
_URL = re.compile(r"<?(?:https?://|www\.)\S+>?", re.I)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


_UNMISTAKABLE = _any(  # the whole line, unless it is a sentence
    r"(?:accessibility|skip|jump) (?:links|to (?:main |the )?(?:content|navigation|article|search))|breaking news",
    r"(?:read|see|view|show|load) more(?: stories| articles| news| comments)?",
    r"(?:continue|keep) reading(?: below)?|(?:article|story) continues (?:below|after).{0,40}",
    r"(?:also read|read also|see also|also see|read next|read more|related|more on this)\s*[:|].*",
    rf"(?:latest|related|trending|recommended|popular|top|more|recent|similar|most \w+ed|most read) {_LISTED}",
    r"most (?:read|popular|viewed|shared)|you (?:may|might) also (?:like|be interested in).{0,5}",
    r"recommended for you|up next",
    rf"(?:share|post|tweet|save|print|e-?mail|pin|send)(?: (?:this|it))?(?: (?:article|story|post|page))?"
    rf" (?:this|on|via|to|with|by) (?:{_NETWORK}|article|story|post|page|friends?|a friend|pocket)(?: page)?",
    rf"share (?:this|it)(?: (?:article|story|post|page))?|share\s*:(?:[\s|/•·,]*{_NETWORK})*",
    r"(?:print|e-?mail|save|bookmark) this (?:article|story|page|post)",
    rf"(?:(?:{_NETWORK}|{_SHARE_WORD})[\s|/•·,]+)*{_NETWORK}(?:[\s|/•·,]+(?:{_NETWORK}|{_SHARE_WORD}))+",
    rf"(?:{_SHARE_WORD}[\s|/•·,]+)+{_NETWORK}",
    r"(?:follow|find|like) us (?:on|at) .{0,80}|comment on .{0,60} facebook page|become a member of .{0,60}",
    r"(?:leave|post|add|write) a (?:comment|reply)|no comments(?: yet)?|comments are closed",
    r"log in to (?:comment|reply)",
    r"\d[\d,]{0,5} (?:comments?|shares?|views|likes|repl(?:y|ies))|join the (?:conversation|discussion)",
    r"advertisements?|sponsored(?: content)?|paid content|click here to (?:subscribe|donate|sign up|read).{0,60}",
    r"back to (?:top|home|homepage)|(?:previous|next) (?:article|post|story)(?:\s*:.*)?",
    r"(?:accept|reject|manage)(?: all)? cookies|cookie (?:settings|preferences|policy)|privacy policy(?: [|•·].*)?",
    r"\d+ min(?:ute)?s?(?: |-)read|(?:estimated )?reading time:? .{0,20}|listen to this (?:article|story).{0,20}",
    r"(?:the )?original (?:source|publication)(?: of this (?:article|story|post))?(?:\s*:| is| at| on| in)? .{2,100}",
    r"(?:in-depth report|filed under|tagged(?: with| as)?|posted in|categor(?:y|ies)|tags?)\s*:\s*.{1,150}",
    r"(?:photo|image|picture) (?:credit|by|courtesy)(?: of)?\s*:?\s.{2,80}",
    r"articles by\s*:?.{0,60}|more (?:from|by) (?:this author|the author)|about the authors?",
)
_NOTE = _any(  # the whole line, be it a sentence
    r"(?:copyright\s*)?(?:©|\(c\)\s*(?=\d{4}|\w+.*\d{4})).{2,150}",
    r"copyright (?:\d{4}|by ).{2,150}|copyright .{2,100}, \d{4}",
    r"(?:we|this (?:web ?)?site) uses? cookies\b.{0,170}",
    r".{0,80}\ball rights reserved",
    r"(?:this (?:article|story|post|piece|essay) (?:was )?(?:originally|first)|originally)"
    r" (?:appeared|published) .{2,100}",
    r"first (?:appeared|published) (?:in|on|at|by) .{2,60}",
    r"(?:sign up|subscribe) (?:for|to) (?:our|the|this)?\b.{0,60}"
    r"\b(?:newsletters?|mailing list|channel|feed|inbox)\b.{0,60}",
    r"\(?(?:additional )?reporting by .{2,120}\bediting by .{2,60}",
    r"(?:for )?(?:media|press) inquir(?:y|ies)\s*[:,].{0,100}",
)
_LIKELY = _any(  # the whole line
    r"(?:region|theme|topic|section|country|keywords?|subjects?|type|language|source|via|credits?)\s*:\s*.{1,150}",
    r"(?:photo|photograph|image|picture|illustration|video|graphic|caption|file photo)\s*[:/©].{1,120}",
    r".{0,60}(?:getty images|shutterstock|file photo|reuters/|/reuters|ap photo|afp via|wikimedia commons).{0,60}",
    r"share|tweet|print|comments?|menu|search|subscribe|newsletter|log ?in|sign (?:in|up)|register|donate|author|ad",
    rf"{_NETWORK}|{_MENU_WORD}|loading\W*|close|previous|next|more|related|trending(?: now)?|tags?|topics|live|video",
    r"editor'?s picks?",
    r"support (?:us|our (?:work|journalism))\W?|buy us a coffee\W?|follow|listen|watch(?: live| now)?|privacy|terms",
)
_NOTICE_START = _any(
    r"disclaimer\b",
    r"(?:we|this (?:web ?)?site|our (?:web ?)?site) uses? cookies\b|by continuing to (?:use|browse)\b",
    r"the (?:views|opinions)(?: and (?:views|opinions))? expressed\b|views expressed (?:here|in this)\b",
    r"(?:sign up|subscribe|get|enter your e-?mail|join)\b.{0,120}\b(?:newsletter|inbox|e-?mail|briefing|subscribers)\b",
    r"(?:if you (?:like|enjoy|value)(?:ed)?|please|help us|support)\b.{0,80}"
    r"\b(?:donat\w+|subscrib\w+|support\w* (?:us|our)|contribut\w+)\b",
    r"your (?:e-?mail )?address will not be published\b",
    r"this (?:article|story|post|work|piece) (?:is|was) (?:re)?(?:published|posted|licensed|syndicated)\b",
    r"(?:reproduced|republished|reprinted) (?:with|by|from|under)\b",
)
_LEGAL = _any(
    r"copyright(?:ed)? (?:material|owner|holder)s?",
    r"fair use",
    r"all rights reserved",
    r"without (?:the )?(?:prior |express |written )*permission",
    r"may not be (?:reproduced|republished|published|broadcast|rewritten)",
    r"distributed without profit",
    r"creative commons",
    r"do(?:es)? not necessarily (?:reflect|represent)",
    r"not (?:be )?responsible for",
    r"terms of (?:use|service)|privacy policy",
    r"permission from the (?:copyright|publisher|author)",
)


def shown(line: str) -> str:
    """The line as the page showed it: Markdown links become their words, emphasis and outer marks go."""
    return " ".join(_LINK.sub(r"\1", line).replace("**", "").strip("*_#|•·> \t").split())


def is_url(line: str) -> bool:
    return _URL.fullmatch(line.strip()) is not None


def is_crumbs(line: str) -> bool:
    """Whether this is a path of links from the site's front page, or its menu."""
    steps = [step.strip() for step in re.split(r"\s+[/|•·]\s+|\s*[>»›→]\s*", shown(line)) if step.strip()]
    if len(steps) < 2 or len(line) > 2 * _LONGEST_LINE:
        return False
    menu = sum(1 for step in steps if re.fullmatch(_MENU_WORD, step, re.I))
    return steps[0].lower() in {"home", "homepage", "home page", "start", "front page"} or (
        len(steps) > 2 and menu >= 3
    )


def is_unmistakable(line: str) -> bool:
    """Whether the line is furniture wherever it stands."""
    if len(line) > 2 * _LONGEST_LINE or "\n" in line:
        return False
    words = shown(line)
    if len(words) > _LONGEST_LINE:
        return False
    label = words.rstrip(_TRAILING)
    is_sentence = words.endswith(".") and len(words.split()) > _LONGEST_LABEL
    return (
        bool(_NOTE.fullmatch(label) or (not is_sentence and _UNMISTAKABLE.fullmatch(label)))
        or is_crumbs(line)
        or _is_dead_link(line)
    )


def _is_dead_link(line: str) -> bool:
    """Whether the line is links whose addresses were lost when the page was copied, perhaps with a label or a word."""
    dead = sum(len(words) for words, address in _LINK.findall(line) if address in {"", "#"})
    if not dead or re.match(r"\W*by\b", line, re.I):
        return False
    return 2 * dead > len(shown(line)) or _LABEL_ALONE.fullmatch(_LINK.sub("", line)) is not None


def is_likely(line: str) -> bool:
    """Whether the line is furniture if it stands outside the prose of a page that has furniture."""
    words = shown(line)
    if not words or len(words) > _LONGEST_LINE or "\n" in line:
        return not words
    in_links = sum(len(text) for text, _ in _LINK.findall(line))
    return bool(_LIKELY.fullmatch(words.rstrip(_TRAILING))) or 10 * in_links > 7 * len(words) or _is_contact(words)


def _is_contact(words: str) -> bool:
    return (
        len(words) <= 120
        and bool(_MAIL.search(words))
        and bool(re.match(r"(?:for|contact|e-?mail|tips)\b", words, re.I))
    )


def is_notice(paragraph: str) -> bool:
    """Whether a paragraph is the site's and not the article's: legal, cookie or newsletter notes."""
    words = shown(paragraph)
    start = _NOTICE_START.match(words)
    return (start is not None and len(words) < 1_500) or len({m.lower() for m in _LEGAL.findall(words)}) >= 2
