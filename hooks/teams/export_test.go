package teams

// MaxOldSlugs is the number of previous slugs that a team keeps.
const MaxOldSlugs = maxOldSlugs

// SlugTaken and RememberSlug are what a change of the slug runs in one transaction; outside of one they are a control.
var (
	SlugTaken    = slugTaken
	RememberSlug = rememberSlug
)
