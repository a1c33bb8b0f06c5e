/* What the causes of SPEC 7.7 are called. */
#include "wire/document.h"

const char *vtci_issue_cause_text(uint8_t cause)
{
    switch (cause) {
    case VTCI_ISSUE_GARBAGE: return "text outside of events that is no JSON";
    case VTCI_ISSUE_MALFORMED: return "an object that is cut off or malformed";
    case VTCI_ISSUE_TOO_LONG: return "an event that is longer than columns are made for";
    case VTCI_ISSUE_NOT_AN_OBJECT: return "an element that is no object";
    case VTCI_ISSUE_CUT_OFF: return "the document ends before it is closed";
    case VTCI_ISSUE_SECOND_DOCUMENT: return "a second document begins";
    case VTCI_ISSUE_WORD: return "an object with a bare word that is no JSON";
    case VTCI_ISSUE_COMMA: return "an object with a comma that is missing or too many";
    case VTCI_ISSUE_SKIPPED: return "what broke off and was not searched for events";
    default: return "a cause that a newer vtc knows";
    }
}
