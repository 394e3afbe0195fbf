"""《群众约谈工作专报》: a week's facts → figures → rates → sections → text (PROCEDURE §7, §8). Pure."""

from hotline.domain.brief.sections import compose as compose
