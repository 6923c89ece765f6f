"""What other areas may ask customers to do, always inside the caller's transaction."""

from crm_web.areas.customers.links import (
    end_link,
    known_phone,
    link_caller,
    link_phone,
    not_this_caller,
    set_open_tickets,
    unmask,
)
from crm_web.areas.customers.people import (
    CustomerInput,
    add_person,
    create_customer,
    delete_customer,
    end_person,
    get_customer,
    mark_customer,
    update_customer,
)
from crm_web.areas.customers.premises import (
    PremiseInput,
    create_premise,
    delete_premise,
    get_premise,
    mark_premise,
    update_account,
    update_premise,
)

__all__ = [
    "CustomerInput",
    "PremiseInput",
    "add_person",
    "create_customer",
    "create_premise",
    "delete_customer",
    "delete_premise",
    "end_link",
    "end_person",
    "get_customer",
    "get_premise",
    "known_phone",
    "link_caller",
    "link_phone",
    "mark_customer",
    "mark_premise",
    "not_this_caller",
    "set_open_tickets",
    "unmask",
    "update_account",
    "update_customer",
    "update_premise",
]
