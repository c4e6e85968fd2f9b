package billing

import "usher/hooks/plans"

// paidItems is what a subscription to a plan with add-ons has.
func paidItems(plan *plans.Plan, held []plans.Held) []Item {
	var items []Item
	if price := plan.StripePrice(); price != "" {
		items = append(items, Item{Price: price, Quantity: 1})
	}
	for _, h := range held {
		if price := h.Addon.StripePrice(); price != "" {
			items = append(items, Item{Price: price, Quantity: h.Quantity})
		}
	}
	return items
}

// itemChanges is what turns the items of a subscription into others. An item of the same plan or add-on keeps its price, which may be a
// former one; one that isn't ours stays.
func itemChanges(priced plans.Priced, has, wanted []Item) []Item {
	owner := func(item Item) string { return priced.Plans[item.Price] + priced.Addons[item.Price] }
	met := make([]bool, len(wanted))
	find := func(fits func(Item) bool) int {
		for i, want := range wanted {
			if !met[i] && fits(want) {
				return i
			}
		}
		return -1
	}
	var changes []Item
	for _, item := range has {
		if owner(item) == "" {
			continue
		}
		if i := find(func(want Item) bool { return owner(want) == owner(item) }); i >= 0 {
			met[i] = true
			if item.Quantity != wanted[i].Quantity {
				changes = append(changes, Item{item.ID, item.Price, wanted[i].Quantity})
			}
			continue
		}
		isPlan := func(item Item) bool { return priced.Plans[item.Price] != "" }
		if i := find(isPlan); isPlan(item) && i >= 0 { // one plan replaces another
			met[i] = true
			changes = append(changes, Item{item.ID, wanted[i].Price, wanted[i].Quantity})
			continue
		}
		changes = append(changes, Item{ID: item.ID})
	}
	for i, want := range wanted {
		if !met[i] {
			changes = append(changes, want)
		}
	}
	return changes
}
